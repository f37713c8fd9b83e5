def rank(scores, weights):
    """Names of the candidates, ordered by weighted score, best first; equals by name.

    scores is {candidate: {criterion: score}}, weights is {criterion: weight}.
    Raises ValueError for a criterion without a weight.
    """
    totals = {name: weighted(name, candidate, weights) for name, candidate in scores.items()}
    return sorted(totals, key=lambda name: (-totals[name], name))


def weighted(name, candidate, weights):
    unknown = candidate.keys() - weights.keys()
    if unknown:
        raise ValueError(f"{name} has a score for {', '.join(sorted(unknown))}, which has no weight")
    return sum(weights[criterion] * score for criterion, score in candidate.items())
