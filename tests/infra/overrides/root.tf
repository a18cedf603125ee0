# Laid over a root by the tests alone: state beside it, no patience with a cloud that answers wrongly, what moto cannot do left out.

terraform {
  backend "local" {}
}

provider "aws" {
  max_retries       = 1
  s3_use_path_style = true
}

provider "aws" {
  alias             = "replica"
  max_retries       = 1
  s3_use_path_style = true
}

provider "aws" {
  alias       = "us_east_1"
  max_retries = 1
}
