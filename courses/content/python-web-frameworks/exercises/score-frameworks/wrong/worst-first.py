# fails: The best candidate comes first
def rank(scores, weights):
    def total(name):
        for criterion in scores[name]:
            if criterion not in weights:
                raise ValueError(criterion)
        return sum(weights[criterion] * score for criterion, score in scores[name].items())

    return sorted(scores, key=lambda name: (total(name), name))
