# SPDX-License-Identifier: BSD-2-Clause
"""Doors to other people's tools: models in and out."""
