# SPDX-License-Identifier: BSD-2-Clause
"""Train, quantise, export and judge the QuickSRNet weights of this project."""
