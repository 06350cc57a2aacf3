"""Images, simulated or imported: checked, normalised to float32, with a mask.

Reads the sample sheet (path, pixel_size_pm, mask, contrast, lattice) or the files that the config names, image files,
and the config's `import`, `simulation`; writes downloads/, <image>/source/*.h5 for simulated images,
<image>/image.zarr, and a copy of the sample sheet.
"""


localrules:
    check_sheet,
    download,


rule check_sheet:
    """Copy the sample sheet to the results, or report its wrong rows; the other rows are still analysed."""
    input:
        CASE.sheet,
    output:
        f"{RESULTS}/images.tsv",
    log:
        f"{RESULTS}/logs/check_sheet.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_sheet.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        problems=CASE.problems,
        rows={} if CASE.sheet else IMAGES,
        contents=checksums(CASE.sheet),
        code=code_digest("check_sheet.py"),
    message:
        "Checking the list of images"
    script:
        "../scripts/check_sheet.py"


rule download:
    """Link to a file that the sample sheet names by its DOI or address, after it is in the cache and was checked."""
    output:
        f"{RESULTS}/downloads/{{file}}",
    log:
        f"{RESULTS}/logs/download.{{file}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/download.{{file}}.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        url=lambda wildcards: remote_files(IMAGES)[wildcards.file],
        code=code_digest("download.py"),
    message:
        "Downloading {params.url}"
    script:
        "../scripts/download.py"


rule simulate:
    """Simulate an image of a Sm-doped BiFeO3 film; write it in the layout of the public record, with the truth."""
    input:
        lambda wildcards: [
            file
            for file in map_files(config["simulation"], wildcards.image, IMAGES[wildcards.image])
            if os.path.exists(file)  # of a missing one the job says so
        ],
    output:
        image=f"{IMAGE}/source/HAADF.h5",
        cells=f"{IMAGE}/source/UCParameterization.h5",
        truth=f"{IMAGE}/source/truth.h5",
    log:
        f"{IMAGE}/logs/simulate.log",
    benchmark:
        f"{IMAGE}/benchmarks/simulate.tsv"
    conda:
        "../envs/ferrotune.yaml"
    params:
        specimen=lambda wildcards: specimen(config["simulation"], wildcards.image, IMAGES[wildcards.image]),
        row_component=config["reference"]["row_component"],
        seed=lambda wildcards: simulation_seed(config["simulation"], wildcards.image),
        contents=lambda wildcards, input: checksums(input),
        code=code_digest("simulate.py"),
    message:
        "Simulating image {wildcards.image}"
    script:
        "../scripts/simulate.py"


rule import_image:
    """Read an image of any supported format, check and normalise it, and mask what is not its largest crystal."""
    input:
        get_source,
    output:
        directory(f"{IMAGE}/image.zarr"),
    log:
        f"{IMAGE}/logs/import_image.log",
    benchmark:
        f"{IMAGE}/benchmarks/import_image.tsv"
    conda:
        "../envs/ferrotune.yaml"
    threads: get_threads
    params:
        path=get_source_path,
        mask=lambda wildcards: IMAGES[wildcards.image]["mask"],
        pixel_size_pm=lambda wildcards: pixel_size(config["simulation"], wildcards.image, IMAGES[wildcards.image]),
        contrast=lambda wildcards: IMAGES[wildcards.image]["contrast"],
        cell=lambda wildcards: IMAGES[wildcards.image]["lattice"],
        sm_percent=lambda wildcards: IMAGES[wildcards.image]["sm_percent"],
        options=config["import"],
        contents=lambda wildcards: checksums(own_files(IMAGES[wildcards.image], "path", "mask")),
        code=code_digest("import_image.py"),
    message:
        "Importing image {wildcards.image}"
    script:
        "../scripts/import_image.py"
