"""The one place that draws: SVG and terminal charts from plain lists."""
