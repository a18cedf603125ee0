"""HTTP around a service: middleware, endpoints, limits, OpenAPI, access denials."""
