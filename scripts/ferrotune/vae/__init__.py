"""The conditional, rotationally invariant variational autoencoder (crVAE): from patches to a few latent variables."""
