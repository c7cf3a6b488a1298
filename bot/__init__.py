"""Monitorbot: Dutch questions about the Monitor Integriteit en Veiligheid, answered from its facts."""

__version__ = "0.1.0"
