# One page to look at: customers first, then business, machines, and a row for every service of the topology.

data "aws_region" "this" {}

locals {
  width = 6
  rows = concat(
    [
      [
        { title = "Requests", stat = "Sum", metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.balancer]] },
        { title = "Latency (s, p50 p95)", stat = "p95", metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.balancer, { stat = "p50" }], ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.balancer, { stat = "p95" }]] },
        { title = "4xx and 5xx", stat = "Sum", metrics = [for code in ["HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] : ["AWS/ApplicationELB", code, "LoadBalancer", var.balancer]] },
        { title = "Main job (1: works; seconds)", stat = "Average", metrics = [["RT/Watch", "MainJobOk"], ["RT/Watch", "MainJobSeconds"]] },
      ],
      [
        { title = "Orders a day", stat = "Sum", period = 86400, metrics = [for name, word in var.business_words : ["RT/Business", name]] },
        { title = "CPU (%)", stat = "Average", metrics = [["AWS/EC2", "CPUUtilization", "AutoScalingGroupName", var.auto_scaling_group]] },
        { title = "Network in, out", stat = "Sum", metrics = [for way in ["NetworkIn", "NetworkOut"] : ["AWS/EC2", way, "AutoScalingGroupName", var.auto_scaling_group]] },
        { title = "Disk and memory (%)", stat = "Maximum", metrics = [for part in ["disk_used_percent", "mem_used_percent"] : ["CWAgent", part, "AutoScalingGroupName", var.auto_scaling_group]] },
      ],
    ],
    [for service in var.services : [
      { title = "${service.name}: requests, errors", stat = "Sum", metrics = [for metric in ["Requests", "ServerErrors"] : ["RT/Backend", metric, "Unit", service.package]] },
      { title = "${service.name}: duration (ms, p95)", stat = "p95", metrics = [["RT/Backend", "Duration", "Unit", service.package]] },
      { title = "${service.name}: events put aside", stat = "Maximum", metrics = [["RT/Backend", "EventsParked", "Unit", service.package]] },
      { title = "${service.name}: targets", stat = "Maximum", metrics = [for state in ["HealthyHostCount", "UnHealthyHostCount"] : ["AWS/ApplicationELB", state, "TargetGroup", var.target_groups[service.name], "LoadBalancer", var.balancer]] },
    ]],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = {
          title  = "Alarms"
          alarms = concat([for alarm in aws_cloudwatch_metric_alarm.watched : alarm.arn], [for alarm in aws_cloudwatch_metric_alarm.computed : alarm.arn])
        }
      }],
      flatten([for y, row in local.rows : [for x, widget in row : {
        type = "metric", x = x * local.width, y = 3 + y * 5, width = local.width, height = 5
        properties = {
          title = widget.title, stat = widget.stat, metrics = widget.metrics, region = data.aws_region.this.name
          view  = "timeSeries", period = try(widget.period, 60)
        }
      }]]),
    )
  })
}
