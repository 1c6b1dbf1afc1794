# Installation: written with the packaging files.
