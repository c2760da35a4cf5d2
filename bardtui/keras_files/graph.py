"""A network as Keras describes it: whether it is one that bardtui can be, and of what sizes.

The description is read as data. It is compared with what is known; nothing is looked up by it.
"""

from typing import Any

from bardtui.keras_files.files import TutorialError

TAKEN = (
    "bardtui takes an Embedding, LSTM or GRU layers of equal units, and a Dense, "
    "with Dropout anywhere"
)
_PACKAGES = ("keras", "tf_keras", "tensorflow")

# The options under which a layer's weights mean here what they mean in Keras: what each may be,
# and first what it is where the description is silent.
_SOFTMAX = ("linear", "softmax", "softmax_v2", None)
_RECURRENT: dict[str, tuple[Any, ...]] = {
    "activation": ("tanh",),
    "recurrent_activation": ("sigmoid",),
    "use_bias": (True,),
    "go_backwards": (False,),
}
_OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "InputLayer": {},
    "Dropout": {},
    "SpatialDropout1D": {},
    "Embedding": {"mask_zero": (False,)},
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "Concatenate": {"axis": (-1, 2)},
    "Dense": {"use_bias": (True,), "activation": _SOFTMAX},
    "Activation": {"activation": _SOFTMAX},
    "Softmax": {},
}


def sizes_of(config: dict[str, Any]) -> dict[str, Any] | None:
    """The sizes of the network, by NetworkSpec's names, as the description tells them.

    None for a model whose class its author wrote in the script itself: of such a one Keras notes
    no layers. Raises TutorialError for what is none of our networks, telling what there is.
    """
    kind, inner = _kind(config), config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if kind == "Sequential" and isinstance(layers, list):
        network = _Network()
        before: list[str] = []
        for layer in layers:
            before = [network.take(layer, before)]
        return network.sizes()
    if kind in ("Functional", "Model") and isinstance(layers, list):
        network = _Network()
        for layer in layers:
            network.take(layer, _parents(layer))
        return network.sizes()
    if config.get("module") is None and layers is None:
        return None
    raise TutorialError(
        f"the model is a {kind}, which is not built here: save its weights alone, "
        "with model.save_weights('NAME.weights.h5')"
    )


class _Network:
    """Follows the layers from the input on. `_streams` tells of each layer's output which weights'
    layers it consists of, side by side: [] is the input, and what follows a Dense has no entry."""

    def __init__(self) -> None:
        self._streams: dict[str, list[str]] = {}
        self._chain: list[str] = []
        self._sizes: dict[str, Any] = {"layers": 0, "skip": False}
        self._classes: Any = None

    def take(self, layer: Any, parents: list[str]) -> str:
        """Go on to `layer`, whose input is the output of `parents`; return its name."""
        kind, options = _kind(layer), layer.get("config") if isinstance(layer, dict) else None
        if kind == "TimeDistributed" and isinstance(options, dict):
            name, layer = options.get("name"), options.get("layer")
            kind, inner = _kind(layer), layer.get("config") if isinstance(layer, dict) else None
            options = inner | {"name": name} if isinstance(inner, dict) else None
            if kind != "Dense":
                raise TutorialError(f"there is a TimeDistributed layer {kind}; {TAKEN}")
        if kind not in _OPTIONS or not isinstance(options, dict):
            raise TutorialError(f"there is a layer {kind}; {TAKEN}")
        name = options.get("name")
        if not isinstance(name, str) or name in self._streams:
            raise TutorialError(f"there is a layer {kind} without a name of its own")
        _check_options(kind, options)
        if self._classes is None:
            self._streams[name] = self._output(kind, name, options, parents)
        elif kind not in ("Activation", "Softmax"):
            raise TutorialError(f"there is a layer {kind} after the Dense; {TAKEN}")
        return name

    def _output(
        self, kind: str, name: str, options: dict[str, Any], parents: list[str]
    ) -> list[str]:
        streams = [self._streams.get(parent, ["?"]) for parent in parents]
        stream = [part for parts in streams for part in parts]
        last = self._chain[-1:]
        match kind:
            case "InputLayer":
                return []
            case "Dropout" | "SpatialDropout1D" if len(streams) == 1:
                return stream
            case "Concatenate" if len(stream) <= len(self._chain):
                return stream
            case "Embedding" if not self._chain and not stream:
                self._sizes["vocabulary_size"] = options.get("input_dim")
                self._sizes["embedding_dim"] = options.get("output_dim")
                self._chain.append(name)
                return [name]
            case "LSTM" | "GRU" if self._chain and stream == last:
                cell, units = kind.lower(), options.get("units")
                if self._sizes.setdefault("cell", cell) != cell:
                    raise TutorialError(f"there are both LSTM and GRU layers; {TAKEN}")
                if self._sizes.setdefault("units", units) != units:
                    known = self._sizes["units"]
                    raise TutorialError(
                        f"the layers have {known!r:.9} and {units!r:.9} units; {TAKEN}"
                    )
                self._sizes["layers"] += 1
                self._chain.append(name)
                return [name]
            case "Dense" if self._sizes["layers"] and stream in (last, self._chain):
                self._sizes["skip"] = stream != last
                self._classes = options.get("units")
                return stream
        where = "first" if not self._chain else "in that place"
        raise TutorialError(f"there is a layer {kind} {where}; {TAKEN}")

    def sizes(self) -> dict[str, Any]:
        """What was found, once every layer is taken."""
        rows = self._sizes.get("vocabulary_size")
        if self._classes is None:
            raise TutorialError(f"there is no Dense at the end; {TAKEN}")
        if self._classes != rows:
            raise TutorialError(
                f"the Embedding knows {rows!r:.9} characters, the Dense {self._classes!r:.9}"
            )
        return self._sizes


def _kind(layer: Any) -> str:
    """A layer's class if it is one of Keras's; else the module too, so as to fit none."""
    if not isinstance(layer, dict) or not isinstance(layer.get("class_name"), str):
        return "that Keras would not write"
    kind, module = layer["class_name"], layer.get("module")
    if module is None or str(module).split(".")[0] in _PACKAGES:
        return f"{kind:.40}"
    return f"{module!s:.40}.{kind:.40}"


def _check_options(kind: str, options: dict[str, Any]) -> None:
    for option, accepted in _OPTIONS[kind].items():
        value = options.get(option, accepted[0])
        if isinstance(value, dict):  # a function of Keras's, as some versions write it
            value = value.get("config")
        if value not in accepted:
            raise TutorialError(
                f"the {kind} has {option}={value!r:.40}; bardtui takes {option}={accepted[0]!r}"
            )
    # Silent descriptions are from a time when there was no other kind.
    if kind == "GRU" and options.get("reset_after", False) is not True:
        raise TutorialError("the GRU has reset_after=False; bardtui takes reset_after=True only")


def _parents(layer: Any) -> list[str]:
    """The names of the layers that a layer of a graph reads, whichever Keras wrote it: Keras 3
    puts each into a "keras_history", Keras 2 into a list [name, 0, 0, ...]."""
    found = []
    waiting = [layer.get("inbound_nodes")] if isinstance(layer, dict) else []
    while waiting:
        match waiting.pop():
            case {"keras_history": [str(name), int(), int(output), *rest]} | [
                str(name),
                int(),
                int(output),
                *rest,
            ]:
                found.append(name if output == 0 else "")  # not a state that a layer returns
                waiting.extend(reversed(rest))
            case list(parts):
                waiting.extend(reversed(parts))
            case dict(parts):
                waiting.extend(reversed(parts.values()))
    return found
