"""Parts of vendors' files: what is long, or shared by two vendors of one house. They describe, and ask nobody."""
