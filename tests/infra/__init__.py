"""Terraform, machines, workflows and portals at Vercel, tried without a cloud."""
