r"""How well the elementary functions of array libraries are rounded.

IEEE 754 rounds sums, products, quotients and square roots correctly; the libraries behind `exp` or `tanh`
promise less. The table gives the largest relative errors measured, in units of :math:`u = 2^{-p}` (half the
distance from 1 to the next number), as float32; float64, on 10^5 to 10^7 random points a function against
FLINT, with NumPy 2.4, torch 2.13 and JAX 0.10 (eager and jitted alike) on an AVX2 processor:

=======  ========  ========  ========  =======
x        NumPy     torch     JAX       granted
=======  ========  ========  ========  =======
exp      3.4; 1.0  1.1; 1.0  1.4; 2.3  4
expm1    1.4; 1.4  1.5; 1.0  6.5; 5.4  8
log      4.5; 1.0  1.6; 1.2  2.0; 1.0  6
log1p    1.4; 1.3  1.1; 1.3  3.6; 2.8  6
tanh     1.8; 1.6  1.0; 1.3  4.9; 6.9  8
sqrt     1.0; 1.0  1.5; 1.0  1.0; 1.0  2
sin cos  2.0; 1.0  1.1; 1.0  1.1; 1.0  3
=======  ========  ========  ========  =======

Sines and cosines were measured up to 30. One measurement lies outside: JAX's float64 `log1p` errs by up to
241 u for x from :math:`1 - \sqrt 2 = -0.414` to -0.36; the softplus of this package asks for positive x only.
In float16 and bfloat16 the largest error of any of them is 2.8 (JAX's `expm1` in float16; all others 1.0:
they compute in float32 and round once). A quotient by a square root, which a compiler may fuse, errs by 3.3;
2.4 in jitted JAX.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ROUNDINGS"]

# Relative errors in units of u that an honest evaluation may make. Compilers like to divide by multiplying
# with a rounded reciprocal: two roundings.
ROUNDINGS: Final = {
    "divide": 2,
    "sqrt": 2,
    "exp": 4,
    "expm1": 8,
    "log": 6,
    "log1p": 6,
    "tanh": 8,
    "sin": 3,
    "cos": 3,
}
