# cdn-docs and cdn-img: files from S3 by signed addresses only.

locals {
  cdn = {
    documents = { host = var.names["cdn-docs"], signed = true }
    images    = { host = var.names["cdn-img"], signed = var.signed_images }
  }
  # AWS's own policy: HSTS, nosniff, frame and referrer options. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
  security_headers = "67f7725c-6f97-4210-82d7-5512b31e9d03"
}

resource "aws_cloudfront_public_key" "this" {
  name        = "${var.prefix}-files"
  encoded_key = var.cdn_public_key
}

resource "aws_cloudfront_key_group" "this" {
  name  = "${var.prefix}-files"
  items = [aws_cloudfront_public_key.this.id]
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.prefix}-files"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  # checkov:skip=CKV2_AWS_32: it has AWS's own policy, by its id; checkov looks for a resource
  # checkov:skip=CKV_AWS_68: nothing but GET of a signed address; there is no input to filter
  # checkov:skip=CKV2_AWS_47: as above, and no Java behind it
  # checkov:skip=CKV_AWS_310: the replica holds documents alone and is for restoring, not for serving
  # checkov:skip=CKV_AWS_305: there is no page at the root
  for_each        = local.cdn
  comment         = "${var.prefix} ${each.key}"
  aliases         = [each.value.host]
  enabled         = true
  is_ipv6_enabled = true
  price_class     = "PriceClass_100"

  origin {
    origin_id                = each.key
    domain_name              = var.origins[each.key]
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  default_cache_behavior {
    target_origin_id           = each.key
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    min_ttl                    = 0
    default_ttl                = var.cdn_seconds[each.key]
    max_ttl                    = var.cdn_seconds[each.key]
    trusted_key_groups         = each.value.signed ? [aws_cloudfront_key_group.this.id] : []
    response_headers_policy_id = local.security_headers

    forwarded_values {
      query_string = false
      cookies { forward = "none" }
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.countries) > 0 ? "whitelist" : "none"
      locations        = var.countries
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.cdn.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }

  logging_config {
    bucket = "${var.logs_bucket}.s3.amazonaws.com"
    prefix = "cdn/${each.key}/"
  }
}
