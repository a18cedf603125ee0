# What wakes whom. Each alarm has its page in docs/RUNBOOK.md, under its id.

locals {
  balancer = { LoadBalancer = var.balancer }
  group    = { AutoScalingGroupName = var.auto_scaling_group }

  # One metric against one threshold.
  watched = {
    cpu-high = {
      says      = "CPU of the machines above ${var.cpu_percent} % for ${var.cpu_seconds / 60} minutes."
      tells     = ["email"]
      namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = local.group
      statistic = "Average", period = var.cpu_seconds, times = 1
      compare   = "GreaterThanThreshold", threshold = var.cpu_percent, missing = "missing"
    }
    disk-full = {
      says      = "The fullest disk of the machines above ${var.disk_percent} %."
      tells     = ["email"]
      namespace = "CWAgent", metric = "disk_used_percent", dimensions = local.group
      statistic = "Maximum", period = 300, times = 1
      compare   = "GreaterThanThreshold", threshold = var.disk_percent, missing = "missing"
    }
    main-job = {
      says      = "The main job (signing in, an order made, read back and cancelled) failed three minutes in a row, or nobody tries it any more."
      tells     = ["pagerduty", "sms"]
      namespace = "RT/Watch", metric = "MainJobOk", dimensions = {}
      statistic = "Minimum", period = 60, times = 3
      compare   = "LessThanThreshold", threshold = 1, missing = "breaching"
    }
    backup-failed = {
      says      = "A backup of the machines failed."
      tells     = ["email"]
      namespace = "AWS/Backup", metric = "NumberOfBackupJobsFailed", dimensions = { BackupVaultName = var.prefix }
      statistic = "Sum", period = 3600, times = 1
      compare   = "GreaterThanThreshold", threshold = 0, missing = "notBreaching"
    }
  }

  # A figure computed of several metrics. A metric that counts errors has no point where there were none;
  # a 503 for want of targets is no request to AWS: hence FILL and the sum below the line.
  computed = {
    error-rate = {
      says      = "More than ${var.error_percent} % of the requests answered with 5xx for two minutes."
      tells     = ["pagerduty", "sms"]
      formula   = "100 * (FILL(targets, 0) + FILL(balancer, 0)) / (FILL(requests, 0) + FILL(balancer, 0))"
      label     = "5xx answers (%)"
      metrics   = { targets = "HTTPCode_Target_5XX_Count", balancer = "HTTPCode_ELB_5XX_Count", requests = "RequestCount" }
      threshold = var.error_percent, times = 2
    }
    # One alarm over all 17 target groups; metric math takes ten metrics at most, a query takes all.
    unhealthy-targets = {
      says      = "A service on a machine does not answer its health check: the load balancer sends it nothing."
      tells     = ["pagerduty", "sms"]
      formula   = "SELECT MAX(UnHealthyHostCount) FROM SCHEMA(\"AWS/ApplicationELB\", LoadBalancer, TargetGroup) WHERE LoadBalancer = '${var.balancer}'"
      label     = "Unhealthy targets"
      metrics   = {}
      threshold = 0, times = 2
    }
    events-parked = {
      says      = "An event was put aside after failing again and again: its effect is missing until it is replayed."
      tells     = ["email"]
      formula   = "SELECT MAX(EventsParked) FROM SCHEMA(\"RT/Backend\", Unit)"
      label     = "Events put aside"
      metrics   = {}
      threshold = 0, times = 1
    }
    events-behind = {
      says      = "A service has had more than ${var.events_behind} events of the log to handle for three minutes: what should follow from them comes late."
      tells     = ["email"]
      formula   = "SELECT MAX(EventsBehind) FROM SCHEMA(\"RT/Backend\", Unit)"
      label     = "Events to handle"
      metrics   = {}
      threshold = var.events_behind, times = 3
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "watched" {
  for_each            = local.watched
  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.says} docs/RUNBOOK.md#${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.times
  comparison_operator = each.value.compare
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing
  alarm_actions       = [for topic in each.value.tells : aws_sns_topic.this[topic].arn]
  ok_actions          = [for topic in each.value.tells : aws_sns_topic.this[topic].arn]
}

resource "aws_cloudwatch_metric_alarm" "computed" {
  for_each            = local.computed
  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = "${each.value.says} docs/RUNBOOK.md#${each.key}"
  evaluation_periods  = each.value.times
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [for topic in each.value.tells : aws_sns_topic.this[topic].arn]
  # An event put aside waits until somebody replays it: the next quiet minute is no good news.
  ok_actions = each.key == "events-parked" ? [] : [for topic in each.value.tells : aws_sns_topic.this[topic].arn]

  metric_query {
    id          = "figure"
    label       = each.value.label
    expression  = each.value.formula
    period      = length(each.value.metrics) == 0 ? 60 : null
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = local.balancer
        stat        = "Sum"
        period      = 60
      }
    }
  }
}
