# fails: A criterion with weight 0 is known and does not count
def rank(scores, weights):
    totals = {}
    for name, candidate in scores.items():
        totals[name] = 0
        for criterion, score in candidate.items():
            weight = weights.get(criterion)
            if not weight:
                raise ValueError(f"no weight for {criterion}")
            totals[name] += weight * score
    return sorted(totals, key=lambda name: (-totals[name], name))
