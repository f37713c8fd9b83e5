import streamlit as st

sales = [120, 150, 170, 160]
