"""Tests of the service that runs."""
