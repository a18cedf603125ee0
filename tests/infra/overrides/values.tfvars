# What a root is given in tests.
cdn_public_key = <<PEM
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5jx1Vg9Fy+arl5qQohI4
wPfFsaNcHe4dzBFWqCqPTvu1dBDf0gEIvPkdCdxq9JyTbqpsc1YS6aI0RTSWR1lp
5dEuIIbPjX6ZBiL2JSFdAloIVi+6/kh03Ix2raWulYyqtrDFWCH2o7XsQqG1wGK5
GYzZLYGWPaVhsS6qYghFboVbtYUumeQs4hqhiX3YJUrg/VijgSfrhx9gDPpqjZKk
aSl/I4H12EHE4Lgf6ixxsxCuSVv2OTitigUY7ZscUp4BYspsdjkM2jLpWnNa0tXu
nwIbXuvMoutGKp0ZxDdJxETVXUYehlCcI9EVb0ZiUgtCOhNf9d0MR/mGPShlKkfj
sQIDAQAB
-----END PUBLIC KEY-----
PEM
release_public_key = <<PEM
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
PEM
