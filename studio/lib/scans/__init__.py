"""Structure of image files, read without a decoder: bytes in, findings out, nothing else known."""
