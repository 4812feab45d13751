"""The networks that see people, as ONNX files beside this module; MODELS.md says where each comes from."""

from pathlib import Path


def path(name: str) -> Path:
    """Return where the network called ``name`` lies, for example ``path("nanodet")``.

    Raises FileNotFoundError, naming those there are, when no network is called so.
    """
    folder = Path(__file__).parent
    network = folder / f"{name}.onnx"
    if not network.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.onnx"))) or "none"
        raise FileNotFoundError(f"no network called {name!r} in {folder}; there are: {there}")
    return network
