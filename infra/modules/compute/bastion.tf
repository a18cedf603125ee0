# Off by default: Session Manager replaces it.

resource "aws_instance" "bastion" {
  # checkov:skip=CKV2_AWS_41: it has no right at AWS, on purpose: people only pass through
  # checkov:skip=CKV_AWS_88: a bastion is reached from the VPN over the internet
  count                       = var.bastion == null ? 0 : 1
  ami                         = data.aws_ssm_parameter.image.insecure_value
  instance_type               = var.bastion.instance_type
  subnet_id                   = var.bastion.subnet_id
  vpc_security_group_ids      = [var.bastion.security_group_id]
  key_name                    = var.bastion.key_name
  associate_public_ip_address = true
  ebs_optimized               = true
  monitoring                  = true

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 8
    encrypted   = true
  }

  tags = { Name = "${var.prefix}-bastion" }
}
