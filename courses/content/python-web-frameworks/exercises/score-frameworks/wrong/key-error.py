# fails: An unknown criterion is refused
def rank(scores, weights):
    def total(name):
        return sum(weights[criterion] * score for criterion, score in scores[name].items())

    return sorted(scores, key=lambda name: (-total(name), name))
