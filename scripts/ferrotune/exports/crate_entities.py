"""Entities of a crate: files and folders of a run with their checksums, and what is no file, each once."""

import zipfile
from pathlib import Path
from urllib.parse import quote, unquote

_TERMS = {name: f"https://w3id.org/ro/terms/workflow-run#{name}" for name in ("sha256", "resourceUsage")}
FORMATS = {
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".log": "text/plain",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".h5": "application/x-hdf5",
    ".hspy": "application/x-hdf5",
    ".tif": "image/tiff",
    ".py": "text/x-python",
    ".md": "text/markdown",
    ".zarr": "application/vnd.zarr",
}
WORKFLOW = "workflow/"  # folder of the code in a crate
INPUTS = "inputs/"  # folder of files from elsewhere


class CrateEntities:
    """A crate that is being made: its entities, each once."""

    def __init__(self, run):
        from rocrate.rocrate import ROCrate

        self.run, self.known = run, {}
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_terms = dict(_TERMS)

    def about(self, identifier, kind, **properties):
        """Entity that is no file."""
        from rocrate.model.contextentity import ContextEntity

        entity = ContextEntity(self.crate, identifier, properties={"@type": kind})
        for key, value in properties.items():
            if value not in (None, [], ""):
                entity[key] = value[0] if isinstance(value, list) and len(value) == 1 else value
        return self.crate.add(entity)

    def data(self, path):
        """Entity of a file or folder of the run; of what is left out, or was removed, its name and checksum."""
        if path not in self.known:
            self.known[path] = self._data(path)
        return self.known[path]

    def _target(self, path, digest):
        """Place of a file of the run in the crate: what is from elsewhere keeps its name only."""
        if path.startswith("results/") and ".." not in Path(path).parts:
            return path
        others = {entity.get("name") for entity in self.known.values()}
        target = f"{INPUTS}{Path(path).name}"
        return f"{INPUTS}{str(digest)[:8]}_{Path(path).name}" if target in others else target

    def _data(self, path):
        source, digest = self.run.folder / path, self.run.digests.get(path)
        target = self._target(path, digest)
        if not digest or self.run.left_out(path):
            why = "left out of this crate: it is computed again from the image" if digest else "removed after the run"
            return self.about(f"#{quote(target)}", "CreativeWork", name=target, description=why, sha256=digest or None)
        properties = {"name": target, "sha256": digest, "encodingFormat": FORMATS.get(source.suffix)}
        properties = {key: value for key, value in properties.items() if value}
        if source.is_dir():
            return self.crate.add_dataset(str(source), dest_path=target, properties=properties)
        return self.crate.add_file(str(source), dest_path=target, properties=properties, record_size=True)

    def code(self, path, kind=None, **properties):
        """Entity of a file or folder of the workflow."""
        source = self.run.code / path
        add = self.crate.add_dataset if source.is_dir() else self.crate.add_file
        properties = {"name": path, **properties} | ({"@type": kind} if kind else {})
        if source.suffix in FORMATS:
            properties["encodingFormat"] = FORMATS[source.suffix]
        return add(str(source), dest_path=f"{WORKFLOW}{path}", properties=properties)

    def write(self, path):
        """Write the crate to a zip, in which folders have entries of their own, as validators want."""
        self.crate.write_zip(path)
        with zipfile.ZipFile(path, "a") as archive:
            for entity in self.crate.data_entities:
                if "Dataset" in entity.type:
                    archive.mkdir(unquote(entity.id))
