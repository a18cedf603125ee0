output "topics" {
  description = "Where alarms go: email, sms, pagerduty."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }
}

output "log_groups" {
  description = "backend, balancer, postgres."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => { name = group.name, arn = group.arn } }
}
