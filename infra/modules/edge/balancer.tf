# The one door: HTTPS to 17 services by their public path.

resource "aws_lb" "this" {
  # checkov:skip=CKV2_AWS_76: the rules against Log4j (KnownBadInputs) are attached, in a dynamic block that checkov does not unroll
  name                       = var.prefix
  internal                   = false
  load_balancer_type         = "application"
  security_groups            = [var.security_group_id]
  subnets                    = var.subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.protected

  access_logs {
    bucket  = var.logs_bucket
    prefix  = "alb"
    enabled = true
  }
}

resource "aws_lb_target_group" "this" {
  # checkov:skip=CKV_AWS_378: TLS ends at the load balancer (the spec); behind it is a private subnet that it alone reaches
  for_each             = var.services
  name                 = "${var.prefix}-${each.key}"
  port                 = each.value.port
  protocol             = "HTTP"
  vpc_id               = var.vpc_id
  deregistration_delay = var.drain_seconds

  health_check {
    path                = var.health_check.path
    interval            = var.health_check.interval
    timeout             = var.health_check.timeout
    healthy_threshold   = var.health_check.healthy
    unhealthy_threshold = var.health_check.unhealthy
    matcher             = "200"
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.tls_policy
  certificate_arn   = aws_acm_certificate_validation.balancer.certificate_arn

  dynamic "default_action" {
    for_each = var.default_service[*]
    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.this[default_action.value].arn
    }
  }

  dynamic "default_action" {
    for_each = var.default_service == null ? ["nobody"] : []
    content {
      type = "fixed-response"
      fixed_response {
        status_code  = "404"
        content_type = "application/json"
        message_body = jsonencode({ status = 404, code = "not_found", title = "Cette adresse n'existe pas. / This address does not exist." })
      }
    }
  }
}

# /metrics is for the house alone, whatever the host.
resource "aws_lb_listener_rule" "metrics" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  action {
    type = "fixed-response"
    fixed_response {
      status_code  = "404"
      content_type = "text/plain"
    }
  }

  condition {
    path_pattern { values = ["/metrics"] }
  }
}

locals {
  hosts = merge({ authz = ["auth"] }, { for name, service in var.services : name => name == "authz" ? ["auth", name] : [name] if var.debug_hosts })
}

# auth.<domain> is authz, whatever the path; with debug_hosts every service has such a name.
resource "aws_lb_listener_rule" "host" {
  for_each     = local.hosts
  listener_arn = aws_lb_listener.https.arn
  priority     = var.services[each.key].port - 2900

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    host_header { values = [for name in each.value : var.names[name]] }
  }
}

# A service's port is its rule's priority too: unique, and it never moves.
resource "aws_lb_listener_rule" "path" {
  for_each     = var.services
  listener_arn = aws_lb_listener.https.arn
  priority     = each.value.port

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    path_pattern { values = [each.value.path, "${each.value.path}/*"] }
  }
}
