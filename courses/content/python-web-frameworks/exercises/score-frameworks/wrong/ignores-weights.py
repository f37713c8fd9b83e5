# fails: Weights decide, not the plain sum
def rank(scores, weights):
    for candidate in scores.values():
        for criterion in candidate:
            if criterion not in weights:
                raise ValueError(criterion)
    return sorted(scores, key=lambda name: (-sum(scores[name].values()), name))
