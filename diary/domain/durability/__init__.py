"""How long relief lasts, by what was given: survival curves from diaries. Arrays in, arrays out."""
