"""The conditional rotationally invariant variational autoencoder (crVAE): patches to a few latent variables."""
