"""Tests of Monitorbot."""
