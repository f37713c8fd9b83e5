# fails: Equal candidates come in alphabetical order
def rank(scores, weights):
    totals = {}
    for name, candidate in scores.items():
        totals[name] = 0
        for criterion, score in candidate.items():
            if criterion not in weights:
                raise ValueError(f"no weight for {criterion}")
            totals[name] += weights[criterion] * score
    return sorted(totals, key=totals.get, reverse=True)
