"""The LSTM variational autoencoder of loops: from a hysteresis loop at each site to a few latent variables."""
