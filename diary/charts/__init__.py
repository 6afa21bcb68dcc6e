"""The one place that draws: SVG from plain lists."""
