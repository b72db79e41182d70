"""Manual exports: a vendor's is one file with an `Export`; beside them, how sheets are recognised and read."""
