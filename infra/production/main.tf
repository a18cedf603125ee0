# Production: the spec's sizes. What is not said here is a default of its module.

module "platform" {
  source      = "../modules/platform"
  environment = local.environment
  providers   = { aws = aws, aws.replica = aws.replica, aws.us_east_1 = aws.us_east_1 }
}
