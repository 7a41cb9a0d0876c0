"""Tests of `service.render`."""
