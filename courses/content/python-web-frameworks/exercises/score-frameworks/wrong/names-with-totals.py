# fails: The best candidate comes first
def rank(scores, weights):
    ranking = []
    for name, candidate in scores.items():
        for criterion in candidate:
            if criterion not in weights:
                raise ValueError(f"no weight for {criterion}")
        ranking.append((name, sum(weights[criterion] * score for criterion, score in candidate.items())))
    return sorted(ranking, key=lambda row: (-row[1], row[0]))
