# fails: An unknown criterion is refused in every candidate
def rank(scores, weights):
    if scores:
        first = next(iter(scores.values()))
        if any(criterion not in weights for criterion in first):
            raise ValueError("unknown criterion")

    def total(name):
        return sum(weights.get(criterion, 0) * score for criterion, score in scores[name].items())

    return sorted(scores, key=lambda name: (-total(name), name))
