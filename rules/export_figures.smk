"""Figures as SVG and PDF, and the target of all exports, `make export`.

The figures are those of the rules that draw them as PNG; they are written to exports/ of the series and of each image.
"""

FIGURES = f"{EXPORTS}/figures"
OF_PIPELINE = f"{FIGURES}/{{pipeline}}"
WITH_CELLS, WITH_LATENTS = ([], []) if OF_SPECTRA else (IMAGES, TRAINED)  # a grid of spectra has no columns to export


localrules:
    export,


use rule image_figures as export_image_figures with:
    output:
        columns=f"{FIGURES}/columns.svg",
        columns_pdf=f"{FIGURES}/columns.pdf",
        polarization=f"{FIGURES}/polarization.svg",
        polarization_pdf=f"{FIGURES}/polarization.pdf",
        strain=f"{FIGURES}/strain.svg",
        strain_pdf=f"{FIGURES}/strain.pdf",
        grains=f"{FIGURES}/grains.svg",
        grains_pdf=f"{FIGURES}/grains.pdf",
    log:
        f"{IMAGE}/logs/export_image_figures.log",
    benchmark:
        f"{IMAGE}/benchmarks/export_image_figures.tsv"


use rule pipeline_figures as export_pipeline_figures with:
    output:
        front=f"{OF_PIPELINE}/front.svg",
        front_pdf=f"{OF_PIPELINE}/front.pdf",
        walls=f"{OF_PIPELINE}/walls.svg",
        walls_pdf=f"{OF_PIPELINE}/walls.pdf",
        confidence=f"{OF_PIPELINE}/confidence.svg",
        confidence_pdf=f"{OF_PIPELINE}/confidence.pdf",
        convergence=f"{OF_PIPELINE}/convergence.svg",
        convergence_pdf=f"{OF_PIPELINE}/convergence.pdf",
    log:
        f"{PIPELINE}/logs/export_pipeline_figures.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_pipeline_figures.tsv"


use rule components as export_components with:
    output:
        store=temp(directory(f"{OF_PIPELINE}/components.zarr")),
        components=f"{OF_PIPELINE}/components.svg",
        components_pdf=f"{OF_PIPELINE}/components.pdf",
    log:
        f"{PIPELINE}/logs/export_components.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_components.tsv"


use rule latents as export_latents with:
    output:
        store=temp(directory(f"{OF_PIPELINE}/latents.zarr")),
        latent_space=f"{OF_PIPELINE}/latent_space.svg",
        latent_space_pdf=f"{OF_PIPELINE}/latent_space.pdf",
        latent_uncertainty=f"{OF_PIPELINE}/latent_uncertainty.svg",
        latent_uncertainty_pdf=f"{OF_PIPELINE}/latent_uncertainty.pdf",
        latent_density=f"{OF_PIPELINE}/latent_density.svg",
        latent_density_pdf=f"{OF_PIPELINE}/latent_density.pdf",
    log:
        f"{PIPELINE}/logs/export_latents.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_latents.tsv"


use rule map_figures as export_map_figures with:
    output:
        maps=f"{OF_PIPELINE}/maps.svg",
        maps_pdf=f"{OF_PIPELINE}/maps.pdf",
        polarization=f"{OF_PIPELINE}/polarization_maps.svg",
        polarization_pdf=f"{OF_PIPELINE}/polarization_maps.pdf",
    log:
        f"{PIPELINE}/logs/export_map_figures.log",
    benchmark:
        f"{PIPELINE}/benchmarks/export_map_figures.tsv"


use rule series_figure as export_series_figure with:
    output:
        f"{RESULTS}/exports/figures/series.svg",
        f"{RESULTS}/exports/figures/series.pdf",
    log:
        f"{RESULTS}/logs/export_series_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_series_figure.tsv"


include: "export_spectra.smk"


rule export:
    """Make all exports of every image, and of the series."""
    input:
        expand([*rules.export_tiff.output, *rules.export_ome_zarr.output], image=IMAGES),
        expand([*rules.export_csv.output, *rules.export_hspy.output], image=WITH_CELLS),
        expand([*rules.export_geojson.output], image=IMAGES, pipeline=PIPELINES),
        expand([*rules.export_image_figures.output], image=WITH_CELLS),
        expand([*rules.export_pipeline_figures.output], image=IMAGES, pipeline=PIPELINES),
        expand([rules.export_components.output.components], image=IMAGES, pipeline=PIPELINES),
        expand([rules.export_latents.output.latent_space], image=IMAGES, pipeline=WITH_LATENTS),
        expand([*rules.export_map_figures.output], image=IMAGES, pipeline=MAPS),
        rules.export_series_figure.output,
        rules.export_methods.output,
        EXPORTED_SPECTRA,
