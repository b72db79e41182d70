"""How vendors are asked: requests and repeats, sign-in, and the pace that their limits allow."""
