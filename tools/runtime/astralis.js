#!/usr/bin/env node
import "../../bin/astralis.js";
