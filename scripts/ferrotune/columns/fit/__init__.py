"""The fit of all columns of an image together: model, noise, derivatives, equations, and the passes over them."""
