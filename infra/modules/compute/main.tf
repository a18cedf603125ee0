# The machines: all alike, each with the 17 services, as many as the load asks for.

data "aws_ssm_parameter" "image" {
  name = var.image
}

data "aws_default_tags" "this" {}

data "aws_region" "this" {}

locals {
  hook    = "boot"
  machine = "${path.module}/../../machine"
  boot = templatefile("${local.machine}/boot.sh.tftpl", {
    prefix             = var.prefix
    region             = data.aws_region.this.name
    releases_bucket    = var.releases_bucket
    release_public_key = trimspace(var.release_public_key)
    settings           = var.settings
    secret_files       = var.secret_files
    rt_machine         = file("${local.machine}/rt-machine")
    log_group          = var.log_group
    hook               = local.hook
  })
  # Launch templates and groups do not pass on the provider's tags by themselves.
  tags = merge(data.aws_default_tags.this.tags, var.tags, { Name = "${var.prefix}-backend" })
}

# What a new machine starts with. `rt deploy` writes them; Terraform only makes them.
resource "aws_ssm_parameter" "release" {
  # checkov:skip=CKV2_AWS_34: a version number is no secret
  for_each = toset(["release", "release-previous"])
  name     = "/${var.prefix}/${each.key}"
  type     = "String"
  value    = "none"
  lifecycle { ignore_changes = [value] }
}

resource "aws_launch_template" "this" {
  # checkov:skip=CKV_AWS_88: public addresses only by the switch `public`
  name                   = "${var.prefix}-backend"
  image_id               = data.aws_ssm_parameter.image.insecure_value
  instance_type          = var.instance_type
  user_data              = base64gzip(local.boot) # 16 KB is all that EC2 takes
  update_default_version = true

  iam_instance_profile {
    arn = var.instance_profile_arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  network_interfaces {
    associate_public_ip_address = var.public
    security_groups             = [var.security_group_id]
    delete_on_termination       = true
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gb
      encrypted             = true
      delete_on_termination = true
    }
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }
}

resource "aws_autoscaling_group" "this" {
  name                = "${var.prefix}-backend"
  min_size            = var.machines.min
  max_size            = var.machines.max
  vpc_zone_identifier = var.subnet_ids
  target_group_arns   = var.target_group_arns

  # EC2's view, not the load balancer's: one sick service of 17 must not cost the machine the other 16.
  health_check_type         = "EC2"
  health_check_grace_period = var.warmup_seconds
  default_instance_warmup   = var.warmup_seconds
  enabled_metrics           = ["GroupInServiceInstances", "GroupDesiredCapacity"]

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # A new machine counts once its boot script says so, and is replaced if it never does.
  initial_lifecycle_hook {
    name                 = local.hook
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = var.boot_seconds
    default_result       = "ABANDON"
  }

  # A new launch template (newer system, other size) goes round one machine after the other.
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }

  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }

  # The load decides how many; the hook is for the first machines too, and changing it would replace the group.
  lifecycle { ignore_changes = [desired_capacity, initial_lifecycle_hook] }
}

resource "aws_autoscaling_policy" "this" {
  for_each                  = var.scaling
  name                      = "${var.prefix}-scale-${each.key}"
  autoscaling_group_name    = aws_autoscaling_group.this.name
  policy_type               = "StepScaling"
  adjustment_type           = "ChangeInCapacity"
  estimated_instance_warmup = each.value.machines > 0 ? var.warmup_seconds : null

  step_adjustment {
    scaling_adjustment          = each.value.machines
    metric_interval_lower_bound = each.value.machines > 0 ? 0 : null
    metric_interval_upper_bound = each.value.machines > 0 ? null : 0
  }
}

# These two call the group, not a person: no page in the runbook.
resource "aws_cloudwatch_metric_alarm" "scale" {
  for_each            = var.scaling
  alarm_name          = "${var.prefix}-scale-${each.key}"
  alarm_description   = "The auto scaling group answers this by itself"
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  dimensions          = { AutoScalingGroupName = aws_autoscaling_group.this.name }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = each.value.minutes
  threshold           = each.value.percent
  comparison_operator = each.value.machines > 0 ? "GreaterThanThreshold" : "LessThanThreshold"
  alarm_actions       = [aws_autoscaling_policy.this[each.key].arn]
}
