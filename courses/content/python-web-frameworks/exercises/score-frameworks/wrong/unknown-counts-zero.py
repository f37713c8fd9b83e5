# fails: An unknown criterion is refused
def rank(scores, weights):
    def total(name):
        return sum(weights.get(criterion, 0) * score for criterion, score in scores[name].items())

    return sorted(scores, key=lambda name: (-total(name), name))
