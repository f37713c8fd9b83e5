# fails: Equal candidates come in alphabetical order
def rank(scores, weights):
    totals = {}
    for name, candidate in scores.items():
        if not set(candidate) <= set(weights):
            raise ValueError("unknown criterion")
        totals[name] = sum(weights[criterion] * score for criterion, score in candidate.items())
    return sorted(totals, key=lambda name: (totals[name], name), reverse=True)
