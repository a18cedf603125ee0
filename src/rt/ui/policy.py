"""What a page may load and do in the browser: everything from this origin, nothing inline."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types default",
    )
)
"""`data:` and `blob:` images are the signature and the photo just taken, shown before they are sent."""

SENT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""Of what people sent: opened all the same, it is of no origin and runs nothing."""

PAGE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "vary": "HX-Request, Cookie, Accept-Language",
}
"""A page belongs to its visitor: no cache keeps it but the one that logout clears."""
