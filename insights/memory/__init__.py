"""What earlier digests told, and what people chose: so that a finding is new, still there, worse, or resolved."""
