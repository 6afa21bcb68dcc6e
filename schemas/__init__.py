"""The published language of the API, one resource a file; never imports diary."""
