"""Monitorbot: Dutch questions about published figures, answered from the facts and nothing else."""

__version__ = "0.1.0"
