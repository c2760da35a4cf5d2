"""What Python's strings cannot do by themselves."""


def shared_length(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings; quick for long ones."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
