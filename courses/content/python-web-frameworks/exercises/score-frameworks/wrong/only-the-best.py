# fails: The best candidate comes first
def rank(scores, weights):
    totals = {}
    for name, candidate in scores.items():
        for criterion, score in candidate.items():
            if criterion not in weights:
                raise ValueError(f"no weight for {criterion}")
        totals[name] = sum(weights[criterion] * score for criterion, score in candidate.items())
    return max(totals, key=totals.get)
