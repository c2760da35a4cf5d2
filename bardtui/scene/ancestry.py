"""A tree that grows at its leaves: who stands above whom, in few steps however deep it is."""


class Ancestry:
    """Every node knows its depth, its parent, and one ancestor further up to jump to.

    The jumps are those of a skew-binary list (E. W. Myers, 1983): adding a node costs the same
    at any depth d, and going up to another depth about 2 log d steps at most.
    """

    def __init__(self) -> None:
        # The root stands for what is before any node; its parent and its jump are itself.
        self._nodes: dict[int | None, tuple[int, int | None, int | None]] = {None: (0, None, None)}

    def add(self, node: int, parent: int | None) -> None:
        """Hang a new node on one that is there (None: the root)."""
        depth, _, jump = self._nodes[parent]
        depth_there, _, jump_there = self._nodes[jump]
        same = depth - depth_there == depth_there - self._nodes[jump_there][0]
        self._nodes[node] = depth + 1, parent, jump_there if same else parent

    def step_towards(self, node: int | None, ancestor: int | None) -> int | None:
        """The child of `ancestor` that `node` is, or stands below; None if there is none."""
        depth = self._nodes[ancestor][0]
        child: int | None = None
        while self._nodes[node][0] > depth:
            child, (_, parent, jump) = node, self._nodes[node]
            node = jump if self._nodes[jump][0] > depth else parent
        return child if node == ancestor else None
