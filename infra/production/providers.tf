terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}

locals {
  environment = "production"
  name        = "rt-production" # of the database and its cluster
  tags        = { Project = "rt-technologie", Environment = local.environment, ManagedBy = "terraform" }
}

provider "aws" {
  region = "eu-west-3"
  default_tags { tags = local.tags }
}

# The second copy of the documents.
provider "aws" {
  alias  = "replica"
  region = "eu-west-1"
  default_tags { tags = local.tags }
}

# CloudFront takes its certificates from here alone; a certificate holds no personal data.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
  default_tags { tags = local.tags }
}
