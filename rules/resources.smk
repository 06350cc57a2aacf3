"""What jobs need of a cluster: memory and time by the size of the image, and more of it at every attempt.

Reads the sample sheet, the pipelines of the config and, where an image is imported, the shape of <image>/image.zarr;
writes nothing. The command line (`--set-resources`) and profiles go before.
"""

from ferrotune.workflow.job_needs import JobNeeds

NEEDED = JobNeeds(CASE, RESULTS)

for of_rule in workflow.rules:
    given = workflow.resource_settings.overwrite_resources.get(of_rule.name, {})
    needed = {"mem_mb": NEEDED.mem_mb, "runtime": NEEDED.runtime}
    of_rule.resources.update({name: needed[name] for name in needed if name not in given})
