# What is refused before it reaches a service.

locals {
  # AWS's own rule groups. Two rules of the common set only count: photos and EDI files are larger than 8 KB, and
  # every service has its own limit; trackers and EDI gateways often send no User-Agent.
  rule_groups = {
    AWSManagedRulesSQLiRuleSet           = { priority = 30, counted = [] }
    AWSManagedRulesCommonRuleSet         = { priority = 40, counted = ["NoUserAgent_HEADER", "SizeRestrictions_BODY"] }
    AWSManagedRulesKnownBadInputsRuleSet = { priority = 50, counted = [] }
  }
}

resource "aws_wafv2_ip_set" "unlimited" {
  name               = "${var.prefix}-unlimited"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = var.unlimited_cidrs
}

resource "aws_wafv2_web_acl" "this" {
  name  = var.prefix
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = length(var.countries) > 0 ? ["elsewhere"] : []
    content {
      name     = "elsewhere"
      priority = 10
      action {
        block {}
      }
      statement {
        not_statement {
          statement {
            geo_match_statement { country_codes = var.countries }
          }
        }
      }
      visibility_config {
        metric_name                = "elsewhere"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
      }
    }
  }

  # WAF counts within a window (five minutes unless told): the spec's limit is per minute.
  rule {
    name     = "too-many"
    priority = 20
    action {
      block {
        custom_response { response_code = 429 }
      }
    }
    statement {
      rate_based_statement {
        limit                 = var.requests_per_minute
        evaluation_window_sec = 60
        aggregate_key_type    = "IP"
        scope_down_statement {
          not_statement {
            statement {
              ip_set_reference_statement { arn = aws_wafv2_ip_set.unlimited.arn }
            }
          }
        }
      }
    }
    visibility_config {
      metric_name                = "too-many"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  # SQL injection; cross-site scripting and other common attacks; known bad inputs such as Log4j's.
  dynamic "rule" {
    for_each = local.rule_groups
    content {
      name     = rule.key
      priority = rule.value.priority
      override_action {
        none {}
      }
      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
          dynamic "rule_action_override" {
            for_each = rule.value.counted
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }
      visibility_config {
        metric_name                = rule.key
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    metric_name                = var.prefix
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

resource "aws_cloudwatch_log_group" "firewall" {
  # checkov:skip=CKV_AWS_158: encrypted by CloudWatch itself; no key of one's own to lose
  name              = "aws-waf-logs-${var.prefix}" # the beginning is AWS's
  retention_in_days = var.log_retention_days
}

# Tokens and cookies are masked before a line is written.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall.arn]

  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie"]
    content {
      single_header { name = redacted_fields.value }
    }
  }

  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition { action = "BLOCK" }
      }
      condition {
        action_condition { action = "COUNT" }
      }
    }
  }
}
